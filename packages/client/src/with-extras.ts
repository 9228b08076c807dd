/** Adds `$session` and its like to tRPC's proxy, which answers to every name. No router's name begins with `$`. */
export function withExtras<Client extends object, Extras extends object>(
  client: Client,
  extras: Extras,
): Client & Extras {
  return new Proxy(client as Client & Extras, {
    get: (procedures, name) => Reflect.get(Object.hasOwn(extras, name) ? extras : procedures, name),
  })
}
