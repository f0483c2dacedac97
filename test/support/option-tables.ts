import { plain } from './markdown.js';
import type { DocumentedField, Sources } from './sources.js';

/** A table of the docs that is made from the JSDoc of interfaces. */
export interface OptionTable {
  /** The page that it is on. */
  readonly page: string;
  /** The comment in front of it. */
  readonly mark: string;
  /** Each interface, with what its fields' names begin with in the table. */
  readonly interfaces: readonly (readonly [string, string])[];
}

export const OPTION_TABLES: readonly OptionTable[] = [
  {
    page: 'options',
    mark: 'options',
    interfaces: [
      ['ResamaniaAuthOptions', ''],
      ['RefreshOptions', 'refresh.'],
      ['TokenRequestOptions', 'tokenRequest.'],
      ['OnDemandOptions', 'onDemand.'],
      ['HttpOptions', 'http.'],
    ],
  },
  { page: 'options', mark: 'lifetime part', interfaces: [['LifetimePart', '']] },
  { page: 'options', mark: 'tenant options', interfaces: [['ResamaniaTenantOptions', '']] },
  { page: 'calling-the-api', mark: 'request options', interfaces: [['ResamaniaRequestOptions', '']] },
];

/** What the JSDoc says, as the cells of the table: name, type, default, sentence. */
export function cellsOf({ interfaces }: OptionTable, sources: Sources): string[][] {
  return interfaces.flatMap(([name, prefix]) => sources.fieldsOf(name).map((field) => row(field, prefix)));
}

/** The page with these cells in the place of the table's. */
export function withCells(markdown: string, { mark }: OptionTable, cells: readonly string[][]): string {
  const start = markdown.indexOf(`<!-- ${mark} -->`);
  const [table = ''] = /(?<=\n)\|.*\n\|.*\n(?:\|.*\n)*/.exec(markdown.slice(start)) ?? [];
  if (start < 0 || table === '') throw new Error(`there is no table "${mark}"`);
  const [heading = '', rule = ''] = table.split('\n');
  const lines = cells.map((line) => `| ${line.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`);
  const at = markdown.indexOf(table, start);
  return `${markdown.slice(0, at)}${[heading, rule, ...lines].join('\n')}\n${markdown.slice(at + table.length)}`;
}

function row(field: DocumentedField, prefix: string): string[] {
  const fallback = field.isOptional ? (field.default ?? 'no @default in the JSDoc') : 'required';
  return [`\`${prefix}${field.name}\``, `\`${field.type}\``, marked(fallback), field.sentence];
}

/** With the value at its beginning as code. */
function marked(fallback: string): string {
  if (fallback !== plain(fallback)) return fallback;
  return fallback.replace(/^(?:\{[^}]*\}|\[\]|'[^']*'|true|false|[\d_.]+)(?=$| )/, '`$&`');
}
