import { Choice } from '@caudal/console-web/choice';
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { Language, ShopGame } from '../model/api.ts';
import { priceText } from '../model/price.ts';
import { isUnknown } from '../model/problem.ts';
import { buy, buyFailure, isBuying } from '../state/buy.ts';
import { FailureText } from './failure-text.tsx';

const LANGUAGES: readonly Language[] = ['es', 'en'];
const NAMES: Readonly<Record<Language, string>> = { es: 'Español', en: 'English' };
const PROBLEM_ID = 'email-problem';
const SAFE = 'Buy again: it is the same order, also if the first one was accepted.';

/** The address of the customer, kept while they choose another game. */
let lastEmail = '';

/** Buys a game. */
export function BuyForm({ game }: { game: ShopGame }): JSX.Element {
  const email = useSignal(lastEmail);
  const language = useSignal<Language>('es');
  const { value: failure } = buyFailure;
  const problem = failure?.fields.email;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    void buy(game, { gameId: game.id, email: email.value.trim(), language: language.value });
  };
  return (
    <section class="card buy" aria-labelledby="buy-title">
      <div class="toolbar">
        <h2 id="buy-title">{game.name}</h2>
        <span class="price">{priceText(game.price)}</span>
      </div>
      <form noValidate onSubmit={submit}>
        <label class="label" for="email">
          Mails go to
        </label>
        <div class={`field ${problem === undefined ? '' : 'is-wrong'}`}>
          <input
            id="email"
            type="email"
            name="email"
            autoComplete="email"
            placeholder="ana@example.com"
            aria-invalid={problem !== undefined}
            aria-describedby={problem === undefined ? undefined : PROBLEM_ID}
            value={email.value}
            onInput={({ currentTarget }) => {
              email.value = currentTarget.value;
              lastEmail = currentTarget.value;
            }}
          />
        </div>
        {problem !== undefined && (
          <p id={PROBLEM_ID} class="failure" role="alert">
            {problem}
          </p>
        )}
        <div class="row">
          <span class="label">in</span>
          <Choice
            label="Language of the mails"
            options={LANGUAGES}
            chosen={language.value}
            onChoose={(value) => {
              language.value = value;
            }}
            nameOf={(value) => NAMES[value]}
          />
          <button type="submit" class="button primary" disabled={isBuying.value}>
            {isBuying.value ? 'Buying …' : 'Buy'}
          </button>
        </div>
        <FailureText failure={failure} advice={failure !== undefined && isUnknown(failure) ? SAFE : ''} />
      </form>
    </section>
  );
}
