// Which versions a row installs: exact ones, for a run to say the same tomorrow.
import { lowestPeers, newestPeers } from './packages.js';

/** What an application has, by the major version of NestJS. */
export const NEST = {
  11: {
    '@nestjs/axios': '4.0.1',
    '@nestjs/common': '11.2.10',
    '@nestjs/config': '4.0.4',
    '@nestjs/core': '11.2.10',
    '@nestjs/platform-express': '11.2.10',
    '@nestjs/schedule': '6.1.3',
    '@nestjs/testing': '11.2.6',
    typescript: '5.9.3',
  },
  12: {
    '@nestjs/axios': '12.0.1',
    '@nestjs/common': '12.5.1',
    '@nestjs/config': '12.0.1',
    '@nestjs/core': '12.5.1',
    '@nestjs/platform-express': '12.5.1',
    '@nestjs/schedule': '12.0.2',
    '@nestjs/testing': '12.1.1',
    typescript: '6.0.3',
  },
};
export const COMMON = {
  '@types/node': '24.19.4',
  axios: '1.21.1',
  'reflect-metadata': '0.2.2',
  rxjs: '7.8.2',
};
export const VITEST = { vitest: '4.1.12' };
export const JEST_29 = { jest: '29.7.0', '@jest/globals': '29.7.0', 'ts-jest': '29.4.15' };
export const JEST_30 = { jest: '30.5.2', '@jest/globals': '30.5.2', 'ts-jest': '29.4.15' };

export const OPTIONAL = { '@opentelemetry/api': '1.9.1', ioredis: '6.0.0', jose: '6.2.18', undici: '7.30.2' };
export const SDK_2 = { '@opentelemetry/api': '1.9.1', '@opentelemetry/sdk-metrics': '2.12.1' };
export const SDK_3 = { '@opentelemetry/api': '1.10.0', '@opentelemetry/sdk-metrics': '3.1.1' };
export const SDK_2_LOWEST = { '@opentelemetry/sdk-metrics': '2.0.0' };
export const CLI_11 = { '@nestjs/cli': '11.0.13', '@nestjs/schematics': '11.1.0' };
export const CLI_12 = { '@nestjs/cli': '12.0.8', '@nestjs/schematics': '12.0.6' };
export const SWC_11 = { '@swc/cli': '0.7.10', '@swc/core': '1.16.22' };
export const SWC_12 = { '@swc/cli': '0.8.1', '@swc/core': '1.16.22' };
export const FASTIFY_11 = { '@nestjs/platform-fastify': '11.2.8' };
export const FASTIFY_12 = { '@nestjs/platform-fastify': '12.5.0' };

/** The floor of every peer, and the other packages of NestJS in the version of that. */
export function lowest() {
  const floors = lowestPeers();
  const nest = floors['@nestjs/core'];
  return { ...floors, '@nestjs/platform-express': nest, '@nestjs/testing': nest };
}

/** The newest of every peer's range, and the other packages of NestJS beside it. */
export function newest() {
  const ranges = newestPeers();
  const nest = ranges['@nestjs/core'];
  return { ...ranges, '@nestjs/platform-express': nest, '@nestjs/testing': nest };
}
