namespace Kilburn.Model.Checking;

/// <summary>What the machine's TLBs and walks do.</summary>
public enum TlbModel
{
    /// <summary>Nothing is ever held: each access walks the tables as they are. The fastest; finds no missing maintenance.</summary>
    Coherent,

    /// <summary>All that the architecture allows them to hold is kept as a set; a second possible answer is a violation.</summary>
    Hostile,

    /// <summary>As hostile, but one of the possible answers is drawn, and nothing is reported. For programs to run on.</summary>
    Random,
}
