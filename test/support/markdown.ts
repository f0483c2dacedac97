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

/** Where its links and images lead, outside of code. */
export function linksOf(markdown: string): string[] {
  return [...withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

/** The anchors of its headings, as GitHub makes them. */
export function anchorsOf(markdown: string): string[] {
  const seen = new Map<string, number>();
  return [...withoutCode(markdown, false).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => {
    const words = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .trim();
    const anchor = words.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-');
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
}

function withoutCode(markdown: string, alsoInline = true): string {
  const text = markdown.replaceAll(/^```.*?^```$/gms, '');
  return alsoInline ? text.replaceAll(/`[^`\n]*`/g, 'code') : text;
}
