/** By letter: what it takes to load a scenario. Only the one that runs is loaded. */
export const scenarios = {
  a: () => import('./a-cached-header.js'),
  b: () => import('./b-interceptor.js'),
};
