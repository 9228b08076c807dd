const { createMockClient, taskwireError } = require('@taskwire/client/testing')
const required = require('@taskwire/client')

import('@taskwire/client').then((imported) => {
  const error = taskwireError('NOT_FOUND')
  process.stdout.write(
    JSON.stringify({
      oneCopy: required.isTaskwireError === imported.isTaskwireError,
      known: required.isTaskwireError(error) && imported.isTaskwireError(error),
      mocked: createMockClient().$session.status,
    }),
  )
})
