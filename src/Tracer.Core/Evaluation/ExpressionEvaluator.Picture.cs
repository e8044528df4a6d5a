using System.Buffers.Binary;
using Tracer.Core.Expressions;
using Tracer.Core.Pictures;

namespace Tracer.Core.Evaluation;

/// <content>Pictures of objects.</content>
public ref partial struct ExpressionEvaluator
{
    /// <summary>Takes a picture as <see cref="PictureLayout"/> has it, of at most <see cref="PictureExpression.Capacity"/> bytes.</summary>
    public EvaluationStatus ReadPicture(Expression expression, scoped Span<byte> destination, out int bytes, out ulong value)
    {
        bytes = 0;
        value = 0;
        switch (expression)
        {
            case PictureExpression picture:
                bytes = Take(picture, destination);
                return EvaluationStatus.Ok;
            case GatheredExpression g:
                return CopyGathered(g.Index, destination, out bytes, out _, out value);
            default:
                return EvaluationStatus.Unavailable;
        }
    }

    private int Take(PictureExpression picture, scoped Span<byte> destination)
    {
        Span<ulong> objects = stackalloc ulong[PictureExpression.MaximumObjects];
        Span<ulong> buckets = stackalloc ulong[ObjectFilter.Buckets];
        buckets.Clear();
        Span<ulong> variables = stackalloc ulong[PictureExpression.MaximumVariables];
        var count = 0;
        var used = 0;
        foreach (var area in picture.Start)
            Copy(area, picture.Shape.PointerMask, isStart: true, destination, ref used, objects, buckets, ref count);
        foreach (var root in picture.Roots)
        {
            if (TryEvaluate(root, out var first))
                Add(first & picture.Shape.PointerMask, objects, buckets, ref count);
        }

        var inner = this;
        inner.Bind(variables);
        for (var k = 0; k < count; k++)
        {
            variables[0] = objects[k];
            for (var v = 0; v < picture.Shape.Variables.Count; v++)
                variables[v + 1] = inner.Evaluate(picture.Shape.Variables[v], out var found) == EvaluationStatus.Ok ? found : 0;
            foreach (var link in picture.Shape.Links)
            {
                if (inner.TryEvaluate(link, out var linked))
                    Add(linked & picture.Shape.PointerMask, objects, buckets, ref count);
            }

            foreach (var area in picture.Shape.Areas)
                inner.Copy(area, picture.Shape.PointerMask, isStart: false, destination, ref used, objects, buckets, ref count);
        }

        return used;
    }

    private void Copy(PictureArea area, ulong mask, bool isStart, scoped Span<byte> destination, ref int used, scoped Span<ulong> objects, scoped Span<ulong> buckets, ref int count)
    {
        var isKnown = TryEvaluate(area.Address, out var address) & TryEvaluate(area.Count, out var items) & TryEvaluate(area.Stride, out var stride);
        if ((!isKnown || address == 0) && !isStart)
            return;
        if (!isKnown)
            (address, items) = (0, 0);
        if (used > PictureExpression.Capacity - PictureLayout.HeaderSize - PictureExpression.MaximumBytes)
            return;
        var wanted = items > PictureExpression.MaximumBytes ? PictureExpression.MaximumBytes : (int)Math.Min(items * (stride & 0xff), PictureExpression.MaximumBytes);
        var region = destination[used..];
        if (wanted > 0 && _context.Memory.Read(address, region.Slice(PictureLayout.HeaderSize, wanted)) != wanted)
            wanted = 0;
        if (wanted == 0 && !isStart)
            return;
        BinaryPrimitives.WriteUInt64LittleEndian(region, address);
        BinaryPrimitives.WriteUInt64LittleEndian(region[PictureLayout.LengthOffset..], (ulong)wanted);
        used += PictureLayout.HeaderSize + ((wanted + 7) & ~7);
        if (wanted > 0)
            Follow(area, new Items(address, items, stride & 0xff, mask), objects, buckets, ref count);
    }

    private void Follow(PictureArea area, Items items, scoped Span<ulong> objects, scoped Span<ulong> buckets, ref int count)
    {
        if (!TryEvaluate(area.Pointer, out var first) || first >= items.Stride)
            return;
        var hasSecond = TryEvaluate(area.SecondPointer, out var second) && second < items.Stride;
        Span<byte> pointer = stackalloc byte[sizeof(ulong)];
        for (var k = 0UL; k < items.Count && k < PictureExpression.MaximumItems; k++)
        {
            for (var p = 0; p < (hasSecond ? 2 : 1); p++)
            {
                if (_context.Memory.Read(items.Address + k * items.Stride + (p == 0 ? first : second), pointer) != sizeof(ulong))
                    return;
                Add(BinaryPrimitives.ReadUInt64LittleEndian(pointer) & items.Mask, objects, buckets, ref count);
            }
        }
    }

    private static void Add(ulong address, scoped Span<ulong> objects, scoped Span<ulong> buckets, ref int count)
    {
        if (address != 0 && ObjectFilter.Take(buckets, address) && count < objects.Length)
            objects[count++] = address;
    }

    private bool TryEvaluate(Expression expression, out ulong value) => Evaluate(expression, out value) == EvaluationStatus.Ok;

    private readonly record struct Items(ulong Address, ulong Count, ulong Stride, ulong Mask);
}
