const PATIENCE_MS = 45_000;

/** Polls until something holds. */
export async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`It did not happen within ${PATIENCE_MS} ms`);
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
}
