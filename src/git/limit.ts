/** What is beyond a bound: to ask for the same again would bring the same. */
export class LimitError extends RangeError {
  override readonly name = "LimitError";
}
