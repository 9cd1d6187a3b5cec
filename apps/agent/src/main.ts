import { readSettings, runProgram } from '@strata/settings';
import { startAgent } from './start-agent.ts';

await runProgram('strata-agent', () => startAgent(readSettings()));
