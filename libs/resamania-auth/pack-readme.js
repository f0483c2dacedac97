// npm runs this before it packs: the package gets the README and the docs/ of the repository, so that nobody copies them by
// hand. Git ignores both here.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { posix } from 'node:path';

const PACKAGE = import.meta.dirname;
const ROOT = join(PACKAGE, '../..');
const LINK = /(!?)\[([^\]]*)\]\(([^)\s]+)\)/g;

const manifest = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
const repository = webAddressOf(manifest.repository);
const docs = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
const pages = ['README.md', ...docs.map((name) => `docs/${name}`)];

mkdirSync(join(PACKAGE, 'docs'), { recursive: true });
for (const name of readdirSync(join(PACKAGE, 'docs'))) {
  if (!docs.includes(name)) rmSync(join(PACKAGE, 'docs', name));
}
for (const page of pages) put(page, portable(readFileSync(join(ROOT, page), 'utf8'), page));

/**
 * A page whose links work in the package. npm's website does not follow relative ones, so those of the README lead to the
 * repository where package.json names it. Between pages of the package they stay, and any other link becomes its text.
 */
function portable(markdown, page) {
  return markdown.replace(LINK, (link, image, text, target) => {
    if (/^(?:#|[a-z]+:)/.test(target)) return link;
    const path = posix.join(posix.dirname(page), target);
    const isShipped = pages.includes(path.replace(/#.*/, ''));
    if (isShipped && (page !== 'README.md' || repository === undefined)) return link;
    if (repository === undefined) return image ? '' : text;
    return `${image}[${text}](${repository}/${image ? 'raw' : 'blob'}/HEAD/${path})`;
  });
}

/** `git+https://host/owner/name.git` as a browser takes it. */
function webAddressOf(field) {
  const url = typeof field === 'string' ? field : field?.url;
  return url?.replace(/^git\+/, '').replace(/\.git$/, '');
}

/** In one step: several packs may run at once, and none may see half a file. */
function put(page, text) {
  const fresh = join(PACKAGE, `.pack-${process.pid}.tmp`);
  writeFileSync(fresh, text);
  renameSync(fresh, join(PACKAGE, page));
}
