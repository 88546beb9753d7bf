import assert from 'node:assert/strict';
import { parseApiConfig } from '../../../services/films/src/api/config.ts';
import type { Manifest } from './manifests.ts';
import { caSecretOf, environmentOf, secretOf } from './pods.ts';

/** What the examples of films must render. */
export const FILMS_EXAMPLES = {
  'films-cloudnativepg': {
    replaces: ['postgresql'],
    check(manifests: readonly Manifest[]) {
      const api = 'Deployment caudal-films-api';
      const { reader } = parseApiConfig(environmentOf(manifests, api));
      assert.equal(new URL(reader.primaryUrl).host, 'films-rw.databases:5432');
      assert.deepEqual(
        reader.replicaUrls.map((url) => new URL(url).host),
        ['films-ro.databases:5432'],
      );
      assert.equal(reader.primaryReads, 'off');
      for (const [owner, user] of [
        [api, 'api'],
        ['Deployment caudal-films-data', 'owner'],
      ] as const) {
        assert.equal(
          secretOf(manifests, owner, 'POSTGRESQL_PASSWORD'),
          `films-postgresql/films-${user}-password`,
        );
        assert.equal(caSecretOf(manifests, owner, 'postgresql'), 'films-ca');
      }
    },
  },
};
