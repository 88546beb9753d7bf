import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import * as schemas from '../src/schemas.ts';
import { HISTORY_EXAMPLE, STREAM_EXAMPLE } from './support/stream-example.ts';

describe('the schemas of the console', () => {
  const withExamples = Object.entries(schemas).flatMap(([name, schema]) => {
    const examples = schema instanceof z.ZodType ? schema.meta()?.examples : undefined;
    return schema instanceof z.ZodType && Array.isArray(examples) ? [{ name, schema, examples }] : [];
  });

  it('have examples', () => assert.ok(withExamples.length >= 8, `only ${withExamples.length}`));

  for (const { name, schema, examples } of withExamples) {
    it(`${name} parses its examples to themselves`, () => {
      for (const example of examples) assert.deepEqual(schema.parse(example), example);
    });
  }

  it('parse the example of the stream and of its history to themselves', () => {
    assert.deepEqual(schemas.streamStateSchema.parse(STREAM_EXAMPLE), STREAM_EXAMPLE);
    assert.deepEqual(schemas.historySchema.parse(HISTORY_EXAMPLE), HISTORY_EXAMPLE);
  });
});
