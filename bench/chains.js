/** Names of so many club chains. */
export function chainNames(count) {
  return Array.from({ length: count }, (_, n) => `chain${n}`);
}

/** A client of each chain's own, by name: how an application keeps a library's clients when it has several tenants. */
export function clientOfEach(chains, newClient) {
  return new Map(chains.map((chain) => [chain, newClient(chain)]));
}

/** Runs a function for every item, so many at once. */
export async function forEach(items, atOnce, run) {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await run(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
