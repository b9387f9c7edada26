namespace Kilburn.Model.Translation;

/// <summary>A walk and the words that it read.</summary>
/// <param name="Leaf">What it led to.</param>
/// <param name="FirstAddress">Where the first-level word lies.</param>
/// <param name="FirstWord">The first-level word; zero when none was read.</param>
/// <param name="SecondAddress">Where the second-level word lies.</param>
/// <param name="SecondWord">The second-level word; zero when none was read.</param>
/// <param name="Reads">Number of words read: 0, 1 or 2.</param>
public readonly record struct Walk(
    Leaf Leaf, uint FirstAddress, uint FirstWord, uint SecondAddress, uint SecondWord, int Reads);
