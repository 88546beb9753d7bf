let leaves = false;

/**
 * Makes this process end as soon as it has nothing left to do and every `exit` listener was called. Otherwise Node.js closes what is left
 * first, and now and then waits in a busy loop for something that never comes (nodejs/node#47748; seen with 24.21 after connections were
 * cut). The exit status is kept. Idempotent.
 */
export function leaveAtExit(): void {
  if (leaves) return;
  leaves = true;
  // Not before, so that it is the last of the listeners.
  process.once('beforeExit', () => process.on('exit', () => process.exit()));
}
