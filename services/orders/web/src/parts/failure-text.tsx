import type { JSX } from 'preact';
import type { Failure } from '../model/problem.ts';

/** Says why something failed; nothing if it did not. */
export function FailureText({
  failure,
  advice = '',
}: {
  failure: Failure | undefined;
  advice?: string;
}): JSX.Element | null {
  if (failure?.text === undefined) return null;
  return (
    <p class="failure" role="alert">
      {`${failure.text} ${advice}`}
    </p>
  );
}
