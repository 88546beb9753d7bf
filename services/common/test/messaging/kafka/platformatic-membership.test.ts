import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { PlatformaticMembership } from '../../../src/messaging/kafka/platformatic-membership.ts';
import { logger, testKafkaSettings } from '../broker-harness.ts';

/** A member of a group; no broker is needed for what follows. */
function createMember(isWanted: boolean) {
  const member = new PlatformaticMembership(testKafkaSettings('127.0.0.1:1', 'platformatic'), logger, {
    onJoin: () => undefined,
    onLeave: () => undefined,
    isWanted: () => isWanted,
  });
  const metadata = mock.method(member.client, 'metadata', () => Promise.resolve({ topics: new Map() }));
  const join = () =>
    member.client.emit('consumer:group:join', {
      groupId: 'group',
      memberId: 'member',
      generationId: 1,
      isLeader: true,
      assignments: [],
    });
  return { member, metadata, join };
}

test('a leader watches the number of partitions', async () => {
  const { member, metadata, join } = createMember(true);
  join();
  assert.equal(metadata.mock.callCount(), 1);
  await member.stop();
  await member.leave();
});

test('a member that joins after its stop watches nothing', async () => {
  const { member, metadata, join } = createMember(false);
  await member.stop();
  join();
  await member.leave();
  assert.equal(metadata.mock.callCount(), 0);
});
