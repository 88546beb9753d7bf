import { useServers } from '../support/index.ts';
import { describeScriptStore } from './script-store.conformance.ts';

describeScriptStore('redis', useServers('redis'));
