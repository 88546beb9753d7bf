import { randomUUID } from 'node:crypto';
import { runNotifier } from './run-notifier.ts';

const MESSAGE_ID = /^Message-ID: <([^@>]+)@/im;

/** A notifier that gives a mail another name at each attempt: whoever gets two copies cannot see that they are one mail. */
runNotifier({
  render: (render) => async (mail) => {
    const text = (await render(mail)).toString();
    return Buffer.from(text.replace(MESSAGE_ID, `Message-ID: <$1@${randomUUID()}.`));
  },
});
