/** The grants that a client may be allowed. */
export type SandboxGrant =
  'client_credentials' | 'refresh_token' | 'http://clubclientcredentials' | 'http://contactclientcredentials';

/** All of them, which is what a chain's client may use by default. */
export const ALL_GRANTS: readonly SandboxGrant[] = [
  'client_credentials',
  'refresh_token',
  'http://clubclientcredentials',
  'http://contactclientcredentials',
];

/** One club chain as the sandbox should play it. Only its code is required. */
export interface SandboxChainOptions {
  /** The chain's code, first segment of every path and IRI of it: letters, digits, `-` and `_`. */
  readonly clientToken: string;
  /** @default a value derived from the code, the same at every start */
  readonly clientId?: string;
  /** Printable ASCII. @default a value derived from the code, the same at every start */
  readonly clientSecret?: string;
  /** The token request answers with the token of before, and its remaining lifetime, until it expires. @default false */
  readonly sameToken?: boolean;
  /** Scopes that may be asked for; any other is `invalid_scope`. @default none */
  readonly scopes?: readonly string[];
  /** Grants that the client may use; any other is `unauthorized_client`. @default all four */
  readonly grants?: readonly SandboxGrant[];
  /** The chain has a network: the API answers 404 to a call without `x-user-network-node-id`. @default false */
  readonly hasNetwork?: boolean;
  /** Number of clubs. @default 3 */
  readonly clubs?: number;
  /** Number of network nodes. @default 2 */
  readonly networkNodes?: number;
  /** Number of class events, over the days to come. @default 95 */
  readonly classEvents?: number;
  /** Number of contacts. @default 65 */
  readonly contacts?: number;
}

/** A chain as a test sees it. The secret is readable because this is a sandbox. */
export interface SandboxChain {
  readonly clientToken: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** IRI of its first club, for `x-user-club-id`. */
  readonly clubId: string;
  /** IRI of its first network node, for `x-user-network-node-id`. */
  readonly networkNodeId: string;
  /** E-mail of its first contact, for the contact grant. */
  readonly contactEmail: string;
}

/** The chains of a sandbox that is not told otherwise. */
export const DEFAULT_CHAINS: readonly SandboxChainOptions[] = [
  { clientToken: 'demoapi' },
  { clientToken: 'nordgym' },
  { clientToken: 'clubazur', hasNetwork: true },
];
