"""What people and organisations let a post see."""

from linli.kernel.spec import Term, Text

PERMISSIONS: dict[str, Text] = {
    "people.view_chain": Text(zh="查看组织体系", en="See the chain of organisations"),
    "people.view_hubs": Text(zh="查看党员中心户", en="See hub households"),
    "people.manage": Text(zh="登记组织与人员", en="Enter organisations and people"),
    "people.unmask": Text(zh="查看联系方式", en="Open masked contacts"),
}

TERMS: dict[str, Term] = {
    "hubs": Term(
        title=Text(zh="不再担任的党员中心户", en="Households that are a hub no longer"),
        counted_from=Text(zh="中心户终止", en="the day it was a hub last"),
        longest="3 years",
    ),
}
