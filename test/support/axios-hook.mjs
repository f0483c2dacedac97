// For `node --import`: the process has the axios of the package that the environment names, whoever imports it.
import { register } from 'node:module';

const [name, parent] = [process.env.TEST_AXIOS, import.meta.url].map((part) => JSON.stringify(part));
const hook = `export const resolve = (specifier, context, next) =>
  specifier === 'axios' ? next(${name}, { ...context, parentURL: ${parent} }) : next(specifier, context);`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
