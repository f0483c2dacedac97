import type { AxiosRequestConfig } from 'axios';

import type { ResamaniaRequestOptions } from './request-options.js' with { 'resolution-mode': 'import' };

// In a CommonJS file `axios` means its `index.d.cts`, whose types are others than those of `index.d.ts`.
declare module 'axios' {
  interface AxiosRequestConfig {
    /** Settings of `nestjs-resamania-auth` for this request. */
    resamania?: ResamaniaRequestOptions | undefined;
  }
}

/** The request config of CommonJS files. Whoever imports it has the settings above in it. */
export type CommonJsRequestConfig = AxiosRequestConfig;
