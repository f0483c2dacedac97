/** A collection as the API returns it: 30 members a page. */
export interface HydraCollection<T> {
  readonly 'hydra:member': readonly T[];
  readonly 'hydra:totalItems'?: number;
  readonly 'hydra:view'?: { readonly 'hydra:next'?: string };
}

/** What every resource of the API has. */
export interface Resource {
  /** IRI, such as `/demoapi/clubs/1210`. */
  readonly '@id': string;
}
