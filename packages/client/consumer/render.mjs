import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { TaskwireProvider, useSession, useTaskwire } from '@taskwire/client/react'
import { createMockClient } from '@taskwire/client/testing'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'

function Page() {
  return createElement('p', null, useSession().status, JSON.stringify(useTaskwire().task.list.queryKey()))
}
const page = createElement(TaskwireProvider, { client: createMockClient() }, createElement(Page))
process.stdout.write(renderToString(createElement(QueryClientProvider, { client: new QueryClient() }, page)))
