/** Adds what is Taskwire's own. tRPC's proxy has every name there is; ours begin with `$`, as no router's does. */
export function withExtras<Client extends object, Extras extends object>(
  client: Client,
  extras: Extras,
): Client & Extras {
  return new Proxy(client as Client & Extras, {
    get: (procedures, name) => Reflect.get(Object.hasOwn(extras, name) ? extras : procedures, name),
  })
}
