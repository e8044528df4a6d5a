namespace Tracer.Elf.Demangling.Rust;
internal static class RustV0 { public static string? Demangle(string symbol) => symbol.Length == 0 ? "" : null; }
