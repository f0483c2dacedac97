// What is printed: a line a row, the output of what failed, and a table in Markdown.
const SHOWN_LINES = 60;
const HEADINGS = ['row', 'versions', 'build', 'run', 'tests', 'seconds'];

export function lineOf({ name, install, build, run, tests, seconds }) {
  return `${name}: install ${install}, build ${build}, run ${run}, tests ${tests} (${seconds.toFixed(0)} s)`;
}

/** The end of what the failed step printed, indented. */
export function failureOf({ failed }) {
  const lines = failed.output.trimEnd().split('\n');
  const shown = lines.slice(-SHOWN_LINES).map((line) => `    ${line.slice(0, 300)}`);
  return [`  ${failed.step}: ${failed.message}`, ...shown].join('\n');
}

export function tableOf(results) {
  const rows = results.map(({ name, versions, build, run, tests, seconds }) => [
    name,
    versions,
    build,
    run,
    tests,
    seconds.toFixed(0),
  ]);
  return [HEADINGS, HEADINGS.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
