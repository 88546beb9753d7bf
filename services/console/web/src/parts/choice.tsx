import type { JSX } from 'preact';

/** One of a few values, as buttons side by side. */
export function Choice<Value extends string>({
  label,
  options,
  chosen,
  onChoose,
  nameOf = (value) => value,
  extraClass = '',
}: {
  label: string;
  options: readonly Value[];
  chosen: Value;
  onChoose: (value: Value) => void;
  /** What a button says. Default: the value. */
  nameOf?: (value: Value) => string;
  extraClass?: string;
}): JSX.Element {
  return (
    <fieldset class={`choice ${extraClass}`} aria-label={label}>
      {options.map((option) => (
        <button key={option} type="button" aria-pressed={option === chosen} onClick={() => onChoose(option)}>
          {nameOf(option)}
        </button>
      ))}
    </fieldset>
  );
}
