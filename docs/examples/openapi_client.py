"""Calls an API by its OpenAPI 3.1 document. Python's standard library is all that it needs.

    api = Client('http://localhost:3000/api/openapi.json')
    api.token = api.login(body={'email': ..., 'password': ...}).body['accessToken']
    task = api.createTask(body={'title': 'Water the plants'})
    api.updateTask(id=task.body['id'], if_match=task.headers['ETag'], body={'completed': True})

An operation is called by its operationId. Its parameters are arguments: `If-Match` is `if_match`.
"""

import json
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import quote, urlencode, urljoin
from urllib.request import HTTPCookieProcessor, Request, build_opener

# Seconds. A stream gives a sign of life every 15.
SILENCE = 40


class Answer:
    """What was answered: `body` is the JSON, a text that is none, or None."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        text = response.read().decode()
        is_json = 'json' in (self.headers['content-type'] or '')
        self.body = json.loads(text) if is_json and text else text or None


class Problem(Exception):
    """Why it was refused (RFC 9457): `body` is the problem document, and `reason` is for programs."""

    def __init__(self, answer):
        # A proxy on the way may answer something else.
        body = answer.body if isinstance(answer.body, dict) else {'detail': f'Refused with {answer.status}'}
        super().__init__(body['detail'])
        self.status = answer.status
        self.headers = answer.headers
        self.body = body
        self.reason = body.get('reason')


class Client:
    """All operations of a document, as methods."""

    def __init__(self, document_url):
        # The access or API token, once there is one.
        self.token = None
        # Keeps the cookie of the session.
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))
        with self._opener.open(document_url, timeout=SILENCE) as response:
            document = json.load(response)
        self._base = urljoin(document_url, document['servers'][0]['url'])
        self._operations = {
            operation['operationId']: (method.upper(), path, operation)
            for path, methods in document['paths'].items()
            for method, operation in methods.items()
        }

    def __getattr__(self, operation_id):
        if operation_id not in self._operations:
            raise AttributeError(f'The document has no operation {operation_id}')

        def call(body=None, **arguments):
            with self._open(operation_id, body, arguments) as response:
                return Answer(response)

        return call

    def events(self, operation_id, **arguments):
        """Reads server-sent events: for each its name, its id and its data."""
        with self._open(operation_id, None, arguments) as response:
            event = {}
            for line in response:
                name, _, value = line.decode().rstrip('\n').partition(': ')
                if name in ('event', 'id', 'data'):
                    event[name] = value
                elif not name and event:
                    yield event.get('event'), event.get('id'), json.loads(event['data'])
                    event = {}

    def _open(self, operation_id, body, arguments):
        method, path, operation = self._operations[operation_id]
        places = {'path': {}, 'query': {}, 'header': {}}
        for parameter in operation.get('parameters', []):
            name = parameter['name']
            value = arguments.pop(name.lower().replace('-', '_') if '-' in name else name, None)
            if value is not None:
                places[parameter['in']][name] = value
            elif parameter.get('required'):
                raise TypeError(f'{operation_id} needs {name}')
        if arguments:
            raise TypeError(f'{operation_id} does not take {", ".join(arguments)}')

        headers = {'accept': 'application/json, application/problem+json, text/event-stream', **places['header']}
        if self.token is not None and any('bearer' in way for way in operation.get('security', [])):
            headers['authorization'] = f'Bearer {self.token}'
        data = None
        if body is not None:
            headers['content-type'] = next(iter(operation['requestBody']['content']))
            data = (json.dumps(body) if 'json' in headers['content-type'] else urlencode(body)).encode()
        path = path.format(**{name: quote(str(value), safe='') for name, value in places['path'].items()})
        query = urlencode({name: as_text(value) for name, value in places['query'].items()}, doseq=True)
        request = Request(f'{self._base}{path}{"?" if query else ""}{query}', data, headers, method=method)
        try:
            return self._opener.open(request, timeout=SILENCE)
        except HTTPError as error:
            if error.status < 400:
                return error
            raise Problem(Answer(error)) from None


def as_text(value):
    """Of a query: `true` and `false` are written small, and a list is one pair for each entry."""
    return str(value).lower() if isinstance(value, bool) else value
