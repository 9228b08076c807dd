import { restRoutes, type ServedRoute } from '../rest/rest-routes.ts'

type Fields = Record<string, unknown>

/** A request as `fetch` takes it. */
export interface OperationRequest {
  method: string
  /** Below `/api`. */
  path: string
  /** JSON, or a form. */
  body?: string | URLSearchParams
}

/** One method on one path: a way to call a procedure. */
export interface RestOperation {
  /** Such as `PATCH /tasks/{id}`. */
  name: string
  procedure: string
  /** Of a success. */
  status: number
  /** The request that says this input. */
  requestOf(input: Fields): OperationRequest
}

/** All that can be called over REST. */
export const restOperations: readonly RestOperation[] = [
  ...restRoutes.flatMap((route) =>
    [route.method, route.alsoMethod ?? []].flat().map((method) => toOperation(route, method)),
  ),
  {
    name: 'POST /auth/token',
    procedure: 'auth.login',
    status: 200,
    requestOf: ({ email, password }) => ({
      method: 'POST',
      path: '/auth/token',
      body: new URLSearchParams({ username: String(email), password: String(password) }),
    }),
  },
]

function toOperation(route: ServedRoute, method: string): RestOperation {
  const { procedure, path, status = 200 } = route
  return { name: `${method} ${path}`, procedure, status, requestOf: (input) => ({ method, ...placed(route, input) }) }
}

/** Puts each field where the route takes it. */
function placed(route: ServedRoute, input: Fields): Omit<OperationRequest, 'method'> {
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(input[name])))
  const others = Object.entries(input).filter(([name]) => !route.inPath.includes(name))
  if (others.length === 0) return { path }
  if (route.place === 'body') return { path, body: JSON.stringify(Object.fromEntries(others)) }
  const query = others.flatMap(([name, value]) => [value].flat().map((one) => [name, String(one)]))
  return { path: `${path}?${new URLSearchParams(query)}` }
}
