/** A fenced block of code in a Markdown text. */
export interface CodeBlock {
  readonly code: string;
  /** The line that it starts at, from 1. */
  readonly line: number;
}

/** The blocks of a language, in their order. */
export function codeBlocks(markdown: string, language: string): CodeBlock[] {
  return [...markdown.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map((block) => ({
    code: block[1] ?? '',
    line: markdown.slice(0, block.index).split('\n').length + 1,
  }));
}

/** The cells of the table that follows the comment `<!-- name -->`, row by row, without its heading. */
export function tableAfter(markdown: string, name: string): string[][] {
  return rowsFrom(markdown, `<!-- ${name} -->`);
}

/** The cells of the first table whose first column is headed so, row by row, without its heading. */
export function tableOf(markdown: string, heading: string): string[][] {
  const line = markdown.split('\n').find((text) => text.startsWith('|') && cells(text)[0] === heading);
  return rowsFrom(markdown, line ?? heading);
}

function rowsFrom(markdown: string, opening: string): string[][] {
  const lines = markdown.split('\n');
  const start = lines.indexOf(opening);
  if (start < 0) throw new Error(`there is no table "${opening}"`);
  const first = lines.findIndex((line, index) => index >= start && line.startsWith('|'));
  const end = lines.findIndex((line, index) => index > first && !line.startsWith('|'));
  return lines.slice(first + 2, end).map(cells);
}

/** A cell's text without its code marks. */
export function plain(cell: string): string {
  return cell.replaceAll('`', '');
}

function cells(row: string): string[] {
  return row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
}
