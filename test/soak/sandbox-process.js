// The sandbox in a process of its own, so that its heap and its event loop are not measured. Each message begins or ends a
// fault, and is answered when it has. Ends with its parent.
import 'reflect-metadata';

import { faults, ResamaniaSandbox } from 'resamania-sandbox';

import { watchStalls } from './stalls.js';

const { chains, apiKey, tokenLifetimeSeconds } = JSON.parse(process.argv[2]);
const sandbox = await ResamaniaSandbox.start({ chains, apiKey, tokenLifetimeSeconds, journalSize: 1000 });

const COMMANDS = {
  begin: ({ surface, fault: [name, ...args], chains: of }) => {
    for (const chain of of) sandbox[surface].forChain(chain).always(faults[name](...args));
  },
  end: ({ surface, chains: of }) => {
    for (const chain of of) sandbox[surface].forChain(chain).reset();
  },
  revoke: ({ chains: of }) => {
    for (const chain of of) sandbox.revokeTokens(chain);
  },
  rotate: ({ secrets }) => {
    for (const [chain, secret] of Object.entries(secrets)) sandbox.rotateSecret(chain, secret);
  },
  stats: () => ({ token: sandbox.journal.countTokenRequests(), api: sandbox.journal.countApiRequests() }),
};

process.on('message', ({ id, command, argument }) => {
  process.send({ id, result: COMMANDS[command](argument) });
});
process.on('disconnect', async () => {
  await sandbox.stop();
  process.exit(0);
});
watchStalls((stalledAt) => process.send({ stalledAt }));
process.send({ apiBaseUrl: sandbox.apiBaseUrl });
