import type { Language } from '../domain/records.ts';
import type { StateNumber } from '../domain/state.ts';

/** What mails say in a language. */
interface MailTexts {
  /** Name of a state in the subject. */
  readonly subject: Readonly<Record<StateNumber, string>>;
  /** What has happened, a sentence. */
  readonly sentence: Readonly<Record<StateNumber, string>>;
  readonly order: string;
  readonly game: string;
  readonly price: string;
  readonly free: string;
  readonly decimalPoint: string;
  readonly link: string;
}

/** All texts of mails, by language. */
export const MAIL_TEXTS: Readonly<Record<Language, MailTexts>> = {
  es: {
    subject: {
      1: 'recibido',
      2: 'en preparación',
      3: 'en camino',
      4: 'finalizado',
      5: 'cancelado',
    },
    sentence: {
      1: 'Hemos recibido tu pedido.',
      2: 'Estamos preparando tu pedido.',
      3: 'Tu pedido está en camino.',
      4: 'Tu pedido ha sido entregado.',
      5: 'Tu pedido ha sido cancelado.',
    },
    order: 'Pedido',
    game: 'Juego',
    price: 'Precio',
    free: 'gratis',
    decimalPoint: ',',
    link: 'Ver el pedido',
  },
  en: {
    subject: {
      1: 'received',
      2: 'being prepared',
      3: 'on its way',
      4: 'finished',
      5: 'cancelled',
    },
    sentence: {
      1: 'We have received your order.',
      2: 'We are preparing your order.',
      3: 'Your order is on its way.',
      4: 'Your order has been delivered.',
      5: 'Your order has been cancelled.',
    },
    order: 'Order',
    game: 'Game',
    price: 'Price',
    free: 'free',
    decimalPoint: '.',
    link: 'See the order',
  },
};
