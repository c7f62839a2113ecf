/** The script is embedded as text, never run here. */
declare const text: string;
export default text;
