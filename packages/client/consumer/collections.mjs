import { createCollection } from '@tanstack/db'
import * as reactDb from '@tanstack/react-db'
import { newTask, tagCollectionOptions, taskCollectionOptions } from '@taskwire/client/tanstack-db'
import { taskwireOffline } from '@taskwire/client/tanstack-db/offline'
import { createMockClient } from '@taskwire/client/testing'

const sent = []
const client = createMockClient({
  'task.create': (task) => {
    sent.push(task.title)
    return { ...newTask(task), version: 1 }
  },
})
const tasks = createCollection(taskCollectionOptions({ client }))
const tags = createCollection(tagCollectionOptions({ client }))
const offline = taskwireOffline({
  client,
  collections: { tasks, tags },
  onConflict: () => 'theirs',
  onRefused({ error }) {
    throw error
  },
  onStorageFailure() {},
})
await offline.ready()
const transaction = offline.mutate(() => tasks.insert(newTask({ title: 'Write' })))
const shown = tasks.toArray.map(({ title }) => title)
await transaction.isPersisted.promise
offline.stop()
// By two copies the transaction of the one would not be seen by the collections of the other.
process.stdout.write(JSON.stringify({ oneCopy: reactDb.createCollection === createCollection, shown, sent }))
process.exit()
