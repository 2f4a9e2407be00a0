declare const valueType: unique symbol;

/**
 * The layout of a message, and at compile time the type of its values. Made by the builders of {@link bincode}, as
 * plain data: a schema is immutable, finite, and holds no code.
 */
export type Schema<T> = AnySchema & { readonly [valueType]?: (value: T) => T };

/** The type of the values of a schema. */
export type Infer<S extends AnySchema> = S extends Schema<infer T> ? T : never;

/** A schema whose value type is not known at compile time. */
export type AnySchema = {
  /** The fewest bytes that any value takes. */
  readonly minimumBytes: number;
} & (
  | { readonly kind: ScalarKind }
  | { readonly kind: "fixed-bytes"; readonly length: number }
  | { readonly kind: "option"; readonly some: AnySchema }
  | { readonly kind: "vec"; readonly item: AnySchema }
  | { readonly kind: "map"; readonly entry: AnySchema }
  | { readonly kind: "tuple"; readonly items: readonly AnySchema[] }
  | { readonly kind: "struct"; readonly fields: readonly NamedSchema[] }
  | { readonly kind: "enumeration" | "result"; readonly variants: readonly NamedSchema[] }
);

/** A field of a struct or a variant of an enumeration; its place in the list is its place on the wire. */
export interface NamedSchema {
  readonly name: string;
  readonly schema: AnySchema;
}

export type IntegerKind = "u8" | "u16" | "u32" | "u64" | "i8" | "i16" | "i32" | "i64";
export type ScalarKind = IntegerKind | "f32" | "f64" | "bool" | "string" | "bytes" | "unit";

/** Fields or variants by name, in wire order. */
export type Fields = Readonly<Record<string, AnySchema>>;
export type StructValue<F extends Fields> = { readonly [Name in keyof F]: Infer<F[Name]> };
export type TupleValue<S extends readonly AnySchema[]> = { readonly [Index in keyof S]: Infer<S[Index]> };
/** One variant of an enumeration: its name, and its payload unless that is `unit`. */
export type VariantValue<Name, Payload> = [Payload] extends [null]
  ? { readonly variant: Name }
  : { readonly variant: Name; readonly value: Payload };
export type EnumerationValue<V extends Fields> = {
  [Name in keyof V]: VariantValue<Name, Infer<V[Name]>>;
}[keyof V];
