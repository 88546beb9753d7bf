import type { JSX } from 'preact';

/** One of a few values, as buttons side by side. */
export function Choice<Value extends string>({
  label,
  options,
  chosen,
  onChoose,
  extraClass = '',
}: {
  label: string;
  options: readonly Value[];
  chosen: Value;
  onChoose: (value: Value) => void;
  extraClass?: string;
}): JSX.Element {
  return (
    <fieldset class={`choice ${extraClass}`} aria-label={label}>
      {options.map((option) => (
        <button key={option} type="button" aria-pressed={option === chosen} onClick={() => onChoose(option)}>
          {option}
        </button>
      ))}
    </fieldset>
  );
}
