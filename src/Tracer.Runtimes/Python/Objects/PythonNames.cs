using System.Globalization;
using System.Text;

namespace Tracer.Runtimes.Python.Objects;

/// <summary>Prints what is shown by a name: functions, methods, classes, modules, code, generators, cells.</summary>
/// <param name="objects">The reader.</param>
/// <param name="print">Prints an object inside of another.</param>
internal sealed class PythonNames(PythonObjects objects, Func<ulong, string> print)
{
    private const int LongestName = 1024;

    private PythonMemory Memory => objects.Memory;

    private PythonObjectLayout Layout => objects.Layout;

    /// <summary>What repr() says of the object.</summary>
    public string Of(ulong address, PythonType type) => type.Kind switch
    {
        PythonKind.Type => Class(address),
        PythonKind.OldClass => At("class " + OldClass(objects, address), address),
        PythonKind.Function => At("function " + TextAt(address + (ulong)Layout.FunctionQualifiedName), address),
        PythonKind.Builtin => Builtin(address),
        PythonKind.Method => Method(address),
        PythonKind.Module => Module(address),
        PythonKind.Code => Code(address),
        PythonKind.Cell => Cell(address),
        _ => At($"{type.Name} object {GeneratorName(address)}", address),
    };

    /// <summary>Module and name of an old-style class of 2.7.</summary>
    public static string OldClass(PythonObjects objects, ulong address)
    {
        var name = objects.Texts.Read(objects.Memory.Pointer(address + PythonObjectLayout.ClassName), LongestName).Text;
        var module = objects.Entries.Find(objects.Memory.Pointer(address + PythonObjectLayout.ClassDict), "__module__");
        return $"{(module is { } found ? objects.Texts.Read(found, LongestName).Text : "?")}.{name}";
    }

    private static string At(string what, ulong address) => string.Create(CultureInfo.InvariantCulture, $"<{what} at 0x{address:x}>");

    private string TextAt(ulong address) => objects.Texts.Read(Memory.Pointer(address), LongestName).Text;

    private string Quoted(ulong text)
    {
        var output = new StringBuilder();
        var (value, isTruncated) = objects.Texts.Read(text, LongestName);
        PythonQuoting.Text(output, value, isTruncated);
        return output.ToString();
    }

    // Objects/typeobject.c, type_repr: types of C are named by tp_name when they are the language's own; 2.7 calls them types.
    private string Class(ulong address)
    {
        if (objects.Types.Read(address) is not { } type)
            return "";
        var word = Layout.Major == 2 && !type.IsHeapType ? "type" : "class";
        return $"<{word} '{type.FullName}'>";
    }

    // Objects/methodobject.c, meth_repr.
    private string Builtin(ulong address)
    {
        var name = Encoding.UTF8.GetString(Memory.Terminated(Memory.Pointer(Memory.Pointer(address + PythonObjectLayout.First)), LongestName));
        var self = Memory.Pointer(address + PythonObjectLayout.Second);
        if (self == 0 || objects.Types.Read(Memory.Pointer(self + PythonObjectLayout.Type)) is not { } type || (type.Kind == PythonKind.Module && Layout.Major >= 3))
            return $"<built-in function {name}>";
        var owner = type.IsHeapType ? type.Name[(type.Name.LastIndexOf('.') + 1)..] : type.FullName;
        return At($"built-in method {name} of {owner} object", self);
    }

    // Objects/classobject.c, method_repr and instancemethod_repr of 2.7.
    private string Method(ulong address)
    {
        var function = Memory.Pointer(address + PythonObjectLayout.First);
        var self = Memory.Pointer(address + PythonObjectLayout.Second);
        var type = objects.Types.Read(Memory.Pointer(function + PythonObjectLayout.Type));
        var name = type?.Kind == PythonKind.Function ? TextAt(function + (ulong)Layout.FunctionQualifiedName) : "?";
        if (Layout.Major >= 3)
            return $"<bound method {name} of {print(self)}>";
        var owner = Memory.Pointer(address + PythonObjectLayout.MethodClass);
        var ownerType = owner == 0 ? null : objects.Types.Read(Memory.Pointer(owner + PythonObjectLayout.Type));
        var ownerName = ownerType?.Kind switch
        {
            PythonKind.OldClass => TextAt(owner + PythonObjectLayout.ClassName),
            PythonKind.Type => objects.Types.Read(owner)?.Name ?? "?",
            _ => "?",
        };
        return self == 0 ? $"<unbound method {ownerName}.{name}>" : $"<bound method {ownerName}.{name} of {print(self)}>";
    }

    // Lib/importlib/_bootstrap.py, _module_repr; Objects/moduleobject.c of 2.7.
    private string Module(ulong address)
    {
        var dict = Memory.Pointer(address + PythonObjectLayout.OwnDict);
        var name = objects.Entries.Find(dict, "__name__") is { } found ? Quoted(found) : "'?'";
        if (Layout.Major >= 3 && objects.Entries.Find(dict, "__spec__") is { } spec && KindOf(spec) == PythonKind.Object)
        {
            var origin = objects.Attributes.Find(spec, "origin");
            var hasLocation = objects.Attributes.Find(spec, "_set_fileattr") is { } flag && print(flag) == "True";
            if (origin is { } place && KindOf(place) == PythonKind.Text)
                return hasLocation ? $"<module {name} from {Quoted(place)}>" : $"<module {name} ({objects.Texts.Read(place, LongestName).Text})>";
            return $"<module {name}{Loader(dict)}>";
        }

        if (objects.Entries.Find(dict, "__file__") is { } file)
            return $"<module {name} from {Quoted(file)}>";
        return Layout.Major == 2 ? $"<module {name} (built-in)>" : $"<module {name}>";
    }

    // What a module without an origin shows instead: its loader, for which those of the language's own have a word in some versions.
    private string Loader(ulong dict)
    {
        if (objects.Entries.Find(dict, "__loader__") is not { } loader || KindOf(loader) is not { } kind || kind == PythonKind.None)
            return "";
        var type = kind == PythonKind.Type ? objects.Types.Read(loader) : objects.Types.Read(Memory.Pointer(loader + PythonObjectLayout.Type));
        return type?.Name switch
        {
            "BuiltinImporter" => " (built-in)",
            "FrozenImporter" => " (frozen)",
            "_NamespaceLoader" when !Layout.IsAtLeast(3, 10) => " (namespace)",
            "NamespaceLoader" when Layout.IsAtLeast(3, 12) && objects.Attributes.Find(loader, "_path") is { } path && objects.Attributes.Find(path, "_path") is { } folders =>
                $" (namespace) from {print(folders)}",
            _ => $" ({print(loader)})",
        };
    }

    private PythonKind? KindOf(ulong address) => objects.Types.Read(Memory.Pointer(address + PythonObjectLayout.Type))?.Kind;

    // Objects/codeobject.c, code_repr.
    private string Code(ulong address) => string.Create(
        CultureInfo.InvariantCulture,
        $"<code object {TextAt(address + (ulong)Layout.CodeName)} at 0x{address:x}, file \"{TextAt(address + (ulong)Layout.CodeFileName)}\", line {Memory.Int32(address + (ulong)Layout.CodeFirstLine)}>");

    private string Cell(ulong address)
    {
        var value = Memory.Pointer(address + PythonObjectLayout.First);
        if (value == 0)
            return string.Create(CultureInfo.InvariantCulture, $"<cell at 0x{address:x}: empty>");
        var type = objects.Types.Read(Memory.Pointer(value + PythonObjectLayout.Type));
        var name = type is { IsHeapType: false } ? type.FullName : type?.Name[(type.Name.LastIndexOf('.') + 1)..];
        return string.Create(CultureInfo.InvariantCulture, $"<cell at 0x{address:x}: {name} object at 0x{value:x}>");
    }

    private string GeneratorName(ulong address)
    {
        if (Layout.GeneratorQualifiedName != 0)
            return TextAt(address + (ulong)Layout.GeneratorQualifiedName);
        // 2.7: the name of the code.
        return TextAt(Memory.Pointer(address + (ulong)Layout.GeneratorCode) + (ulong)Layout.CodeName);
    }
}
