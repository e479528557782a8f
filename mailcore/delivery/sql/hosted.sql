SELECT hosted FROM sec.hosted_among(ARRAY[%(domain)s]) AS hosted
