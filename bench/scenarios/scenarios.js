/** By letter: what it takes to load a scenario. Only the one that runs is loaded. */
export const scenarios = {
  a: () => import('./a-cached-header.js'),
  b: () => import('./b-interceptor.js'),
  c: () => import('./c-stampede.js'),
  d: () => import('./d-expiry.js'),
  e: () => import('./e-outage.js'),
  f: () => import('./f-whole-stack.js'),
  g: () => import('./g-many-tenants.js'),
  h: () => import('./h-neighbours.js'),
  i: () => import('./i-limit.js'),
  j: () => import('./j-replicas.js'),
};
