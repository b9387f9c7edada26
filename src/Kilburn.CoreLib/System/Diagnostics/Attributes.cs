namespace System.Diagnostics
{
    public sealed class ConditionalAttribute : Attribute
    {
        public ConditionalAttribute(string conditionString)
        {
        }
    }

    public sealed class DebuggableAttribute : Attribute
    {
        public enum DebuggingModes
        {
            Default = 1,
        }

        public DebuggableAttribute(DebuggingModes modes)
        {
        }
    }
}

namespace System.Diagnostics.CodeAnalysis
{
    public sealed class DoesNotReturnAttribute : Attribute
    {
    }

    public sealed class NotNullWhenAttribute : Attribute
    {
        public NotNullWhenAttribute(bool returnValue)
        {
        }
    }

    public sealed class UnscopedRefAttribute : Attribute
    {
    }

    public sealed class SuppressMessageAttribute : Attribute
    {
        public SuppressMessageAttribute(string category, string checkId)
        {
        }

        public string? Justification { get; set; }
    }
}
