import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeTopic, metricValue, useServers } from '@caudal/common/testing';
import { problemSchema } from '../src/openapi.ts';
import type { Program } from './support/program.ts';
import { brokerEnvironment, messagesInBrokers, startReady } from './support/real-brokers.ts';
import { MESSAGE } from './support/run-service.ts';

const servers = useServers('rabbitmq', 'kafka');

function post(program: Program, messages: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${program.url}/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(messages),
  });
}

/** A thousand messages in a body just below 1 MiB. */
const LARGEST = Array.from({ length: 1_000 }, (_, index) => ({
  ...MESSAGE,
  description: `${index} `.padEnd(985, 'x'),
}));

for (const client of ['kafkajs', 'platformatic']) {
  describe(`large requests, with ${client}`, () => {
    it('takes the largest request there is, into both brokers', async () => {
      const variables = brokerEnvironment(servers().addresses, { KAFKA_CLIENT: client });
      const program = await startReady(variables);
      try {
        const response = await post(program, LARGEST);
        assert.equal(response.status, 202, await response.text());
        assert.deepEqual(await messagesInBrokers(variables), { rabbitmq: 1_000, kafka: 1_000 });
      } finally {
        assert.equal(await program.stop(), 0);
      }
    });

    it('takes it into a topic of small batches too, and refuses a message that none of them holds', async () => {
      const variables = brokerEnvironment(servers().addresses, { KAFKA_CLIENT: client });
      const brokers = [variables.KAFKA_BROKERS ?? ''];
      const config = { 'max.message.bytes': 4_096 };
      await makeTopic(brokers, variables.KAFKA_TOPIC ?? '', { partitions: 3, config });
      const program = await startReady(variables);
      try {
        assert.equal((await post(program, LARGEST)).status, 202);
        // 2,000 characters of three bytes each.
        const large = { ...MESSAGE, description: '雨'.repeat(2_000) };
        const response = await post(program, [MESSAGE, large], { 'idempotency-key': 'large' });
        assert.equal(response.status, 413);
        const { type, errors } = problemSchema.parse(await response.json());
        assert.equal(type, 'urn:problem-type:caudal:message-too-large');
        assert.deepEqual(
          errors?.map(({ index }) => index),
          [1],
        );
        assert.deepEqual(await messagesInBrokers(variables), { rabbitmq: 1_000, kafka: 1_000 });
        const refused = 'caudal_ingest_messages_total{country="ES",outcome="refused"}';
        assert.equal(metricValue(await program.metrics(), refused), 2);
      } finally {
        assert.equal(await program.stop(), 0);
      }
    });
  });
}
