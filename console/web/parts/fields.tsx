interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
}

export function TextField({ label, value, onChange, placeholder }: FieldProps) {
  return (
    <label class="field wide">
      <span>{label}</span>
      <input
        value={value}
        placeholder={placeholder}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </label>
  );
}

/** A field for a JSON value. It says where the text is not valid. */
export function JsonField({ label, value, onChange, placeholder }: FieldProps) {
  const json = parsed(value);
  return (
    <label class="field wide">
      <span>{label}</span>
      <textarea
        rows={5}
        spellcheck={false}
        value={value}
        placeholder={placeholder}
        aria-invalid={!json.isValid}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      {!json.isValid && <span class="bad">This is not valid JSON: {json.problem}</span>}
    </label>
  );
}

export type Parsed =
  | { readonly isValid: true; readonly value: unknown }
  | { readonly isValid: false; readonly problem: string };

/** An empty text has no value. */
export function parsed(text: string): Parsed {
  if (text.trim() === '') return { isValid: true, value: undefined };
  try {
    return { isValid: true, value: JSON.parse(text) };
  } catch (error) {
    return { isValid: false, problem: error instanceof Error ? error.message : String(error) };
  }
}
