using System;
using Kilburn.Campaigns.Workloads;
using Kilburn.Model.Profiles;

for (int seed = 0; seed < int.Parse(args[0]); seed++)
{
    using Workload<CortexA7> workload = new(seed);
    workload.Run(int.Parse(args[1]));
    using Workload<FewAsids> few = new(seed);
    few.Run(int.Parse(args[1]));
}

Console.WriteLine("done");
