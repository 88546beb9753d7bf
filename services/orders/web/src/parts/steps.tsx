import { exactTimeOfDay, span, utc } from '@caudal/console-web/format';
import { Icon } from '@caudal/console-web/icon';
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Order } from '../model/api.ts';
import { type Step, stepsOf, untilNextMs } from '../model/steps.ts';
import { clockAheadMs } from '../state/watch.ts';

const CLOCK_MS = 250;

/** The states of an order as steps, with how long each lasted. */
export function Steps({ order }: { order: Order }): JSX.Element {
  const now = useSignal(Date.now());
  useEffect(() => {
    if (order.dueAt === null) return;
    const timer = setInterval(() => {
      now.value = Date.now();
    }, CLOCK_MS);
    return () => clearInterval(timer);
  }, [order.dueAt, now]);
  const untilNext = untilNextMs(order, now.value + clockAheadMs.value);
  return (
    <ol class="steps">
      {stepsOf(order).map((step) => (
        <li
          key={step.estado}
          class={`step ${step.estado === 'cancelado' ? 'is-cancelled' : ''}`}
          data-phase={step.phase}
          aria-current={step.estado === order.estado ? 'step' : undefined}
        >
          <span class="step-mark">
            {step.phase === 'done' && <Icon name={step.estado === 'cancelado' ? 'close' : 'exact'} />}
          </span>
          <b>{step.estado}</b>
          <span class="hint">{step.state}</span>
          {step.at !== undefined && (
            <time class="hint" dateTime={utc(step.at)} title={utc(step.at)}>
              {exactTimeOfDay(step.at)}
            </time>
          )}
          <span class="hint">{durationText(step, untilNext)}</span>
        </li>
      ))}
    </ol>
  );
}

function durationText({ phase, lastedMs }: Step, untilNext: number | undefined): string {
  if (lastedMs !== undefined) return `for ${span(lastedMs / 1_000)}`;
  if (phase !== 'now' || untilNext === undefined) return '';
  const seconds = Math.round(untilNext / 1_000);
  return seconds === 0 ? 'any moment' : `${seconds} s more`;
}
