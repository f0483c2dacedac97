/** The package comes without types. axios finds its proxies with it. */
declare module 'proxy-from-env' {
  /** The proxy for a URL, by the environment of the process; empty for none. */
  export function getProxyForUrl(url: string): string;
}
