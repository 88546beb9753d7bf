import tseslint from 'typescript-eslint';

/** Biome formats and lints; these three rules need types, and a lost promise here is a lost message. */
export default tseslint.config(
  // Also what a running cluster has mounted in there.
  { ignores: ['**/node_modules/**', '.caudal/**', 'results/**', 'services/*/web/dist/**'] },
  {
    files: [
      'services/**/*.{ts,tsx}',
      'tools/**/*.ts',
      'charts/{scripts,test}/**/*.ts',
      'grafana-dashboards/**/*.ts',
    ],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { '@typescript-eslint': tseslint.plugin },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          // node:test itself waits for what these return.
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['describe', 'it', 'suite', 'test'] },
          ],
        },
      ],
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
);
