using System.Collections.Generic;
using System.Linq;
using Kilburn.Inspector.Translation;

namespace Kilburn.Inspector.Audit;

/// <summary>Rules about blocks that take several equal descriptors.</summary>
internal static class CopyRules
{
    /// <summary>Large pages whose 16 descriptors differ.</summary>
    public static IEnumerable<Finding> UnequalLargePage(AuditRule rule, AuditContext context) => Unequal(rule, context, "large page");

    /// <summary>Supersections whose 16 descriptors differ.</summary>
    public static IEnumerable<Finding> UnequalSupersection(AuditRule rule, AuditContext context) => Unequal(rule, context, "supersection");

    /// <summary>Runs with the contiguous hint that are not contiguous, or differ.</summary>
    public static IEnumerable<Finding> UnequalContiguous(AuditRule rule, AuditContext context)
    {
        if (!context.Registers.HasLongDescriptors)
        {
            yield break;
        }

        foreach (IGrouping<(uint Start, DescriptorForm Form), Leaf> run in Groups(context))
        {
            Leaf[] copies = [.. run];
            ulong length = copies[0].LengthInBytes;
            Leaf first = copies[0];
            bool areEqual = copies.Length == run.Key.Form.Copies
                && first.Physical % (length * (uint)copies.Length) == 0
                && copies.Index().All(copy =>
                    copy.Item.Attributes == first.Attributes && copy.Item.Physical == first.Physical + ((ulong)copy.Index * length));
            if (!areEqual)
            {
                yield return Of(rule, run.Key.Start, first, length * (uint)run.Key.Form.Copies, copies.Length == run.Key.Form.Copies ? "16 entries with the contiguous hint differ, or do not lead to one block" : $"only {copies.Length} of 16 entries have the contiguous hint");
            }
        }
    }

    /// <summary>Addresses that a large page or supersection shares with another entry.</summary>
    public static IEnumerable<Finding> Overlap(AuditRule rule, AuditContext context)
    {
        foreach (IGrouping<(uint Start, DescriptorForm Form), Leaf> block in ShortGroups(context))
        {
            if (OtherIn(context, block) is Leaf other)
            {
                yield return Of(
                    rule, block.Key.Start, block.First(), block.Key.Form.LengthInBytes, $"a {block.Key.Form.Name} and a {other.Form!.Name} at {Numbers.Address(other.Address)}");
            }
        }
    }

    private static IEnumerable<Finding> Unequal(AuditRule rule, AuditContext context, string form)
    {
        foreach (IGrouping<(uint Start, DescriptorForm Form), Leaf> block in ShortGroups(context).Where(block => block.Key.Form.Name == form))
        {
            Leaf[] copies = [.. block];
            int different = copies.Count(copy => copy.Word != copies[0].Word);
            int missing = block.Key.Form.Copies - copies.Length;
            if ((different != 0 || missing != 0) && OtherIn(context, block) is null)
            {
                yield return Of(
                    rule, block.Key.Start, copies[0], block.Key.Form.LengthInBytes, $"of 16 descriptors {missing} are missing and {different} differ from the first");
            }
        }
    }

    private static IEnumerable<IGrouping<(uint Start, DescriptorForm Form), Leaf>> ShortGroups(AuditContext context) =>
        context.Registers.HasLongDescriptors ? [] : Groups(context);

    private static IEnumerable<IGrouping<(uint Start, DescriptorForm Form), Leaf>> Groups(AuditContext context) =>
        context.Scan.Leaves
            .Where(leaf => leaf.Form is not null && context.Format.IsCopy(leaf.Form, leaf.Word))
            .GroupBy(leaf => (leaf.Address & (uint)~((leaf.LengthInBytes * (uint)leaf.Form!.Copies) - 1), leaf.Form));

    // The first entry of another form among the addresses of a block; leaves are in the order of addresses.
    private static Leaf? OtherIn(AuditContext context, IGrouping<(uint Start, DescriptorForm Form), Leaf> block)
    {
        List<Leaf> leaves = context.Scan.Leaves;
        int low = 0;
        int high = leaves.Count;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            (low, high) = leaves[middle].Address < block.Key.Start ? (middle + 1, high) : (low, middle);
        }

        for (; low < leaves.Count && leaves[low].Address < block.Key.Start + block.Key.Form.LengthInBytes; low++)
        {
            if (leaves[low].Form != block.Key.Form)
            {
                return leaves[low];
            }
        }

        return null;
    }

    private static Finding Of(AuditRule rule, uint start, in Leaf leaf, ulong length, string message) =>
        new(rule, start, length, leaf.Physical, message);
}
