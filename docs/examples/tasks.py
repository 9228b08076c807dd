"""From a new account to following changes: `python3 tasks.py`, or with a URL that is not http://localhost:3000."""

import sys
from uuid import uuid4

from openapi_client import Client, Problem

[origin] = sys.argv[1:] or ['http://localhost:3000']
api = Client(f'{origin}/api/openapi.json')
email, password = f'{uuid4()}@example.com', 'correct horse battery staple'

print('registered:', api.register(body={'email': email, 'password': password}).body['user']['email'] == email)
grant = api.createAccessToken(body={'grant_type': 'password', 'username': email, 'password': password}).body
api.token = grant['access_token']
print('signed in:', grant['token_type'], api.getMe().body['email'] == email)

start = api.listChanges().body['version']
key = str(uuid4())
created = api.createTask(idempotency_key=key, body={'title': 'Water the plants', 'dueAt': '2026-12-01T09:00:00+01:00'})
again = api.createTask(idempotency_key=key, body={'title': 'Water the plants', 'dueAt': '2026-12-01T09:00:00+01:00'})
print('created:', created.status, created.headers['Location'] == f'/api/tasks/{key}', again.body == created.body)

page = api.listTasks(limit=5, offset=0, completed=False, withTotal=True).body
print('listed:', page['total'], [task['title'] for task in page['items']])
print('unchanged:', api.getTask(id=key, if_none_match=created.headers['ETag']).status)

changed = api.updateTask(id=key, if_match=created.headers['ETag'], body={'title': 'Water the cactus'})
print('changed:', changed.body['title'], changed.body['dueAt'])
try:
    api.updateTask(id=key, if_match=created.headers['ETag'], body={'title': 'Water the lawn'})
except Problem as problem:
    print('too late:', problem.status, problem.reason, problem.body['current']['title'])
try:
    api.createTask(body={'title': ''})
except Problem as problem:
    print('refused:', problem.status, [issue['path'] for issue in problem.body['issues']])

print('deleted:', api.deleteTask(id=key, if_match=changed.headers['ETag']).status)
for event, version, change in api.events('streamChanges', since=start):
    print('told:', event, int(version) == change['version'], change['id'] == key, change['deleted'])
    break
print('renewed:', api.refresh().body['user']['email'] == email)
print('signed out:', api.logout().status)
